"""Refine a matte at full size: sharpen its edges and remove the old background's colour spill."""

from common.imaging.matting.edges import refined
from common.imaging.matting.spill import remove_spill

__all__ = ["refined", "remove_spill"]
