"""A real photo for the tests of networks: Grace Hopper in front of a flag and a blue wall."""

from pathlib import Path

import matplotlib as mpl

PHOTO = Path(mpl.get_data_path(), "sample_data", "grace_hopper.jpg")
