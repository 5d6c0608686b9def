"""reference.py MATTE TRUTH: print the same measures by other libraries; run by .venv/metrics."""

import json
import sys

import numpy as np
from PIL import Image
from py_sod_metrics import MAE, FmeasureV2, IOUHandler
from scipy.ndimage import gaussian_filter
from skimage.metrics import mean_squared_error


def main(matte: str, truth: str) -> None:
    found, true = (np.asarray(Image.open(path)) / 255 for path in (matte, truth))
    mae, overlap = MAE(), FmeasureV2({"iou": IOUHandler(False, False, with_binary=True)})
    for measure in (mae, overlap):
        measure.step(found, true > 0.5, normalize=False)
    one, other = (
        np.hypot(*(gaussian_filter(each, 1.4, order=order, mode="nearest") for order in ((0, 1), (1, 0))))
        for each in (found, true)
    )
    measures = {
        "mae": mae.get_results()["mae"] * 1000,
        "iou": overlap.get_results()["iou"]["binary"],
        "mse": mean_squared_error(found, true) * 1000,
        "gradient": ((one - other) ** 2).sum() / 1000,
    }
    print(json.dumps({name: float(value) for name, value in measures.items()}))


if __name__ == "__main__":
    main(*sys.argv[1:])
