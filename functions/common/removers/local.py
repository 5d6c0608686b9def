"""Background removal on this machine by ONNX networks."""

import threading
from collections.abc import Mapping, Sequence

import numpy as np

from common.domain.errors import RemoverFailed
from common.domain.mattes import Look, Matte, View, ViewSpec
from common.observability.request_context import bind, timed
from common.removers.maps import Floats, combined, stretched, subject_map, tensor, view_spec
from common.removers.network import Network
from common.removers.sources import Source


class LocalRemover:
    """A remover that runs networks in this process.

    LocalRemover(sources("u2netp", Path(".data/models"))).matte(picture.view)
    """

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources
        self._networks = {file: Network(file) for file in {source.file for source in sources}}
        # One inference uses all cores; several at a time would only take more memory.
        self._one_at_a_time = threading.Lock()

    def matte(self, look: Look) -> Matte:
        """Return the combined matte of all networks."""
        views = {spec: look(spec) for spec in {view_spec(source.input) for source in self._sources}}
        try:
            with timed("remove"), self._one_at_a_time:
                found = combined([self._run(source, views) for source in self._sources])
        except Exception as error:  # the runtime's exceptions have no common base class
            raise RemoverFailed from error
        bind(remover="local")
        if all(source.output.is_stretched for source in self._sources):
            found = stretched(found)
        height, width = found.shape
        samples = (found.clip(0, 1) * 255 + 0.5).astype(np.uint8)
        return Matte(width, height, samples.tobytes(), self._edge_width)

    @property
    def _edge_width(self) -> float:
        return max(source.output.edge_width for source in self._sources)

    def _run(self, source: Source, views: Mapping[ViewSpec, View]) -> Floats:
        view = views[view_spec(source.input)]
        given = tensor(view, source.input, source.fill)
        network = self._networks[source.file]
        if not source.is_mirrored:
            return subject_map(network(given), view, source.input, source.output)
        outputs = network(np.ascontiguousarray(given[..., ::-1]))
        return subject_map([each[..., ::-1] for each in outputs], view, source.input, source.output)
