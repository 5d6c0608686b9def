"""The parts of the editor, measured in the browser: smart stroke, undo, matte file."""

import base64

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import ONE_LOOK
from tests.photos import decoded
from tests.tiers import extended

# Two colours with a curved border; a stroke follows it and reaches both sides.
SMART = """async ({ colors, noise, radius }) => {
    const { startSmart } = await import("/editor/smart.js");
    const { pictureLevels } = await import("/editor/levels.js");
    const { makeMatte } = await import("/editor/matte.js");
    const { paintPart, partsOf, profileOf } = await import("/editor/brush.js");
    const [width, height] = [900, 700];
    const border = (y) => width / 2 + 30 * Math.sin(y / 60);
    const pixels = new Uint32Array(width * height);
    let seed = 1;
    const random = () => (seed = (seed * 16807) % 2147483647) / 2147483647 - 0.5;
    for (let y = 0; y < height; y += 1) {
        for (let x = 0; x < width; x += 1) {
            const color = colors[x + 0.5 < border(y) ? 0 : 1];
            const [r, g, b] = color.map((value) => Math.round(value + noise * random()));
            pixels[y * width + x] = (0xff000000 | (b << 16) | (g << 8) | r) >>> 0;
        }
    }
    const matte = makeMatte(width, height, new Uint8Array(width * height).fill(255));
    const points = Array.from({ length: 40 }, (_, at) => {
        const y = 100 + at * 12.5;
        return { x: border(y) - radius / 5, y };
    });
    const regionOf = startSmart(pictureLevels(width, height, pixels), points[0], radius);
    const profile = profileOf(radius, 0);
    let last = points[0];
    for (const point of points) {
        const segment = { from: last, to: point, radius };
        const region = regionOf(segment);
        const parts = partsOf(segment, matte, region);
        for (const part of parts) paintPart(matte, part, segment, profile, 0, region);
        last = point;
    }
    const counts = [[0, 0], [0, 0]];
    for (let y = 0; y < height; y += 1) {
        for (let x = 0; x < width; x += 1) {
            const near = points.some((p) => Math.hypot(p.x - x - 0.5, p.y - y - 0.5) < radius - 1);
            if (!near) continue;
            const side = counts[x + 0.5 < border(y) ? 0 : 1];
            side[0] += matte.alpha[y * width + x] < 128 ? 1 : 0;
            side[1] += 1;
        }
    }
    return counts.map(([changed, all]) => changed / all);
}"""


@ONE_LOOK
@pytest.mark.parametrize("radius", [30, *extended(6, 90)])
@pytest.mark.parametrize("noise", [24, *extended(0)])
@pytest.mark.parametrize(
    "colors", [((200, 60, 50), (40, 80, 190)), ((150, 150, 150), (205, 205, 205))], ids=["far", "near"]
)
def test_a_smart_stroke_along_a_border_keeps_to_its_side(
    page: Page, colors: tuple[tuple[int, ...], ...], noise: int, radius: int
) -> None:
    own, other = page.evaluate(SMART, {"colors": colors, "noise": noise, "radius": radius})
    assert own > 0.95
    assert other < 0.02


UNDO = """async () => {
    const { makeMatte, TILE } = await import("/editor/matte.js");
    const { paintPart, partsOf, profileOf } = await import("/editor/brush.js");
    const [width, height] = [4000, 3000];
    const alpha = new Uint8Array(width * height);
    const edge = (x) => (x < 1500 ? 0 : x < 1600 ? x % 256 : 255);
    for (let at = 0; at < alpha.length; at += 1) alpha[at] = edge(at % width);
    const first = alpha.slice();
    const matte = makeMatte(width, height, alpha);
    const profile = profileOf(500, 0.5);
    for (let step = 0; step < 60; step += 1) {
        const y = 200 + (step * 97) % 2600;
        const segment = { from: { x: 0, y }, to: { x: width, y: height - y }, radius: 500 };
        const target = step % 2 ? 0 : 255;
        const parts = partsOf(segment, matte, null);
        for (const part of parts) paintPart(matte, part, segment, profile, target, null);
        matte.endStroke();
        while (matte.history.packSome());
    }
    const last = alpha.slice();
    const bytes = matte.history.bytes();
    const same = (one, other) => one.every((value, at) => value === other[at]);
    let undone = 0;
    for (; matte.history.canUndo(); undone += 1) matte.undo();
    const isBack = same(alpha, first);
    while (matte.history.canRedo()) matte.redo();
    const isForth = same(alpha, last);
    matte.startOver();
    const isStart = same(alpha, first);
    matte.undo();
    return { bytes, undone, isBack, isForth, isStart, isUndone: same(alpha, last) };
}"""


@ONE_LOOK
@pytest.mark.extended
def test_sixty_large_strokes_on_twelve_megapixels_are_undone_within_the_memory(page: Page) -> None:
    told = page.evaluate(UNDO)
    assert told["bytes"] < 200_000_000
    assert told["undone"] == 60
    assert [told[name] for name in ("isBack", "isForth", "isStart", "isUndone")] == [True] * 4


def test_the_matte_file_is_a_grey_png_of_the_same_bytes(page: Page) -> None:
    content = page.evaluate(
        """async () => {
            const { greyPng } = await import("/core/grey-png.js");
            const pixels = Uint8Array.from({ length: 300 * 7 }, (_, at) => (at * 31) % 256);
            const bytes = new Uint8Array(await (await greyPng(300, 7, pixels)).arrayBuffer());
            return btoa(String.fromCharCode(...bytes));
        }"""
    )
    image = decoded(base64.b64decode(content))
    assert (image.format, image.mode, image.size) == ("PNG", "L", (300, 7))
    assert image.tobytes() == bytes(at * 31 % 256 for at in range(300 * 7))
