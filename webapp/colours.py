"""From the one colour that a shop chooses to those that the widget needs, each readable where it stands.

Nobody has to know about contrast: a ground stays as chosen wherever it stands out from the page, with dark or light
ink, and what is text or edge is darkened on the light page, lightened on the dark one, until it can be read. Computed
in OKLCH, so that a colour keeps its hue. Pure. The floor is that of WCAG 2.2 for text, which is above that for edges.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

TEXT = 4.5
_MARGIN = 0.05  # over the floor, for what rounding to 8 bits takes away
_STANDS_OUT = 1.4  # a button from the page: its label is what has to be read
_STEP = 0.01  # of lightness
_HOVER = 0.05
# The page of 00-tokens.css, and of the other grounds on which text stands the one that is nearest to the text.
CANVAS = {"light": "#ffffff", "dark": "#11151a"}
NEAREST = {"light": "#f2f4f5", "dark": "#171c22"}
WHITE, BLACK = "#ffffff", "#12161c"

Colour = tuple[float, float, float]  # lightness 0 to 1, chroma, hue in degrees


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of one theme, as "#rrggbb"."""

    ground: str  # of buttons and the launcher
    hover: str
    ink: str  # on these two
    accent: str  # links and edges on the page
    soft: str  # a quiet ground
    soft_ink: str  # text on it
    bubble: str  # of the customer's own messages, whose text is white


def palette(chosen: str, theme: str) -> Palette:
    """Return what becomes of "#rrggbb" on the `light` or the `dark` page."""
    lightness, chroma, hue = to_oklch(chosen)
    away = -_STEP if theme == "light" else _STEP  # from the page
    ground = _until(chosen, away, lambda colour: contrast(colour, CANVAS[theme]) >= _STANDS_OUT)
    ink = WHITE if contrast(WHITE, ground) >= TEXT + _MARGIN else BLACK
    ground = _until(ground, _STEP, lambda colour: contrast(ink, colour) >= TEXT + _MARGIN) if ink == BLACK else ground
    soft = to_hex((0.96, min(chroma, 0.02), hue) if theme == "light" else (0.30, min(chroma, 0.03), hue))
    lifted = to_hex((max(lightness, 0.36), chroma, hue)) if theme == "dark" else chosen
    return Palette(
        ground=ground,
        hover=_moved(ground, -_HOVER if ink == WHITE else _HOVER),
        ink=ink,
        accent=_until(chosen, away, lambda colour: _readable(colour, CANVAS[theme], NEAREST[theme])),
        soft=soft,
        soft_ink=_until(chosen, away, lambda colour: _readable(colour, soft)),
        bubble=_until(lifted, -_STEP, lambda colour: _readable(colour, WHITE)),
    )


def stylesheet(chosen: str) -> str:
    """Return the styles that put a shop's colour in the place of the widget's own."""
    light, dark = palette(chosen, "light"), palette(chosen, "dark")
    names = {
        "accent": "accent",
        "accent-strong": "accent",
        "accent-soft": "soft",
        "accent-ink": "soft_ink",
        "bubble-me": "bubble",
    }
    on_ground = {"accent": "ground", "accent-strong": "hover", "on-accent": "ink"}

    def declared(properties: dict[str, str]) -> str:
        return " ".join(
            f"--{name}: light-dark({getattr(light, part)}, {getattr(dark, part)});" for name, part in properties.items()
        )

    return (
        "@layer components {\n"
        f"  .brand {{ {declared(names)} }}\n"
        f"  .brand :is(.btn--primary, .widget__logo) {{ {declared(on_ground)} }}\n"
        "}\n"
    )


def contrast(one: str, other: str) -> float:
    """Return the ratio of WCAG 2.2, 1 to 21."""
    dark, light = sorted(
        0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in map(_linear, (one, other))
    )
    return (light + 0.05) / (dark + 0.05)


def to_oklch(colour: str) -> Colour:
    """Return "#rrggbb" in OKLCH, by the matrices of CSS Color 4."""
    red, green, blue = _linear(colour)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    lightness = 0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short
    a = 1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short
    b = 0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short
    return lightness, math.hypot(a, b), math.degrees(math.atan2(b, a)) % 360


def to_hex(colour: Colour) -> str:
    """Return an OKLCH colour as "#rrggbb"; what a screen cannot show is cut off."""
    lightness, chroma, hue = colour
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    channels = (
        4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short,
        -1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short,
        -0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short,
    )
    return "#" + "".join(f"{round(255 * _curved(channel)):02x}" for channel in channels)


def _until(colour: str, step: float, good: Callable[[str], bool]) -> str:
    """Return the colour, made darker or lighter by steps until it is good; black or white is at the end."""
    lightness, chroma, hue = to_oklch(colour)
    while not good(colour) and (lightness < 1 if step > 0 else lightness > 0):
        lightness = min(1.0, max(0.0, lightness + step))
        # Near black and white there is no room for chroma.
        colour = to_hex((lightness, chroma if 0 < lightness < 1 else 0.0, hue))
    return colour


def _moved(colour: str, by: float) -> str:
    lightness, chroma, hue = to_oklch(colour)
    return to_hex((min(1.0, max(0.0, lightness + by)), chroma, hue))


def _readable(colour: str, *grounds: str) -> bool:
    return all(contrast(colour, ground) >= TEXT + _MARGIN for ground in grounds)


def _linear(colour: str) -> Colour:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return _straight(red), _straight(green), _straight(blue)


def _straight(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def _curved(channel: float) -> float:
    channel = min(1.0, max(0.0, channel))
    return channel * 12.92 if channel <= 0.0031308 else float(1.055 * channel ** (1 / 2.4) - 0.055)
