"""What a matte needs at a picture's full size: its own edges, and no colour of the old background."""

from common.imaging.matting.edges import refined
from common.imaging.matting.spill import remove_spill

__all__ = ["refined", "remove_spill"]
