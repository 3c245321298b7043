"""The promises of the styles: contrast, any writing direction, small bundles, nothing from elsewhere.

Ratios are computed from 00-tokens.css as a browser would, so a colour changed there is measured here.
Floors are those of WCAG 2.2: 4.5 for text, 3 for edges of controls and the focus ring.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest

from webapp.assets import Assets

STATIC = Path(__file__).parents[3] / "static"
CSS = STATIC / "css"
TEXT, EDGE = 4.5, 3.0

PAIRS = [
    *[(ink, ground, TEXT) for ink in ("ink", "ink-2", "ink-3") for ground in ("canvas", "surface", "sunken")],
    *[(ink, "bubble-them", TEXT) for ink in ("ink", "ink-3")],
    *[(ink, "well", TEXT) for ink in ("ink-2", "ink-3")],
    *[("accent", ground, TEXT) for ground in ("canvas", "surface", "sunken")],
    *[(ink, "accent-soft", TEXT) for ink in ("accent-ink", "ink", "on-soft", "warn")],
    *[(kind, f"{kind}-soft", TEXT) for kind in ("info", "warn", "ok", "bad")],
    *[("ink-2", f"{kind}-soft", TEXT) for kind in ("info", "warn", "bad")],
    *[("bad", ground, TEXT) for ground in ("canvas", "surface")],
    *[("ok", ground, TEXT) for ground in ("canvas", "surface")],
    *[("warn", ground, TEXT) for ground in ("canvas", "surface")],
    *[("on-accent", ground, TEXT) for ground in ("accent", "accent-strong")],
    *[(ink, "toast", TEXT) for ink in ("on-toast", "toast-link")],
    ("on-bubble-me", "bubble-me", TEXT),
    *[("edge", ground, EDGE) for ground in ("canvas", "surface", "sunken")],
    *[("warn-edge", ground, EDGE) for ground in ("canvas", "warn-soft")],
    *[("accent", ground, EDGE) for ground in ("warn-soft", "accent-soft")],
]
OF_THE_SHOP = [
    *[("on-accent", ground, TEXT) for ground in ("accent", "accent-strong")],
    *[(ink, "accent-soft", TEXT) for ink in ("accent-ink", "ink-2")],
    ("on-bubble-me", "bubble-me", TEXT),
    ("accent", "canvas", TEXT),
]

Colour = tuple[float, float, float]


@dataclass(frozen=True)
class Rule:
    """One block of declarations, with the at-rules around it, outermost first."""

    file: str
    around: tuple[str, ...]
    selector: str
    declarations: tuple[tuple[str, str], ...]


@cache
def rules(path: Path) -> tuple[Rule, ...]:
    """Take a stylesheet apart. Ours nest at-rules, not selectors; keyframes are left out."""
    text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
    found, heads, body = [], list[str](), ""
    for part in re.split(r"([{};])", text):
        if part == "{":
            heads.append(" ".join(body.split()))
            body = ""
        elif part == "}":
            if heads[-1][0] != "@" and not any("@keyframes" in head for head in heads):
                found.append(Rule(path.name, tuple(heads[:-1]), heads[-1], tuple(_declared(body))))
            heads.pop()
            body = ""
        elif part != ";":
            body = f"{body};{part}" if body and heads and heads[-1][0] != "@" else part
    assert not heads, f"{path.name} does not close what it opens"
    return tuple(found)


def _declared(body: str) -> Iterator[tuple[str, str]]:
    for declaration in filter(str.strip, body.split(";")):
        name, _, value = declaration.partition(":")
        yield name.strip(), value.strip()


def every_rule() -> list[Rule]:
    return [rule for path in sorted(CSS.glob("*.css")) for rule in rules(path)]


def every_declaration() -> Iterator[tuple[Rule, str, str]]:
    for rule in every_rule():
        for name, value in rule.declarations:
            yield rule, name, value


def tokens(name: str, selector: str, theme: str) -> dict[str, str]:
    """Return the custom properties that a selector sets outside media queries, in `light` or `dark`."""
    always = [rule for rule in rules(CSS / name) if rule.selector == selector and len(rule.around) == 1]
    return {key[2:]: _themed(value, theme) for rule in always for key, value in rule.declarations if key[:2] == "--"}


def _themed(value: str, theme: str) -> str:
    match = re.fullmatch(r"light-dark\((.+\)|[^,]+), ?(.+)\)", value)
    return match.group(1 if theme == "light" else 2).strip() if match else value


def linear(colour: str) -> Colour:
    """Return linear sRGB, 0 to 1, of `#rgb`, `#rrggbb` or `oklch(L C h)`, by the matrices of CSS Color 4."""
    if colour.startswith("#"):
        digits = colour[1:] if len(colour) == 7 else "".join(2 * digit for digit in colour[1:])
        red, green, blue = (int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))
        return _straight(red), _straight(green), _straight(blue)
    lightness, chroma, hue = map(float, re.findall(r"[\d.]+", colour.removeprefix("oklch")))
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    medium = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    return (
        _within(4.0767416621 * long - 3.3077115913 * medium + 0.2309699292 * short),
        _within(-1.2684380046 * long + 2.6097574011 * medium - 0.3413193965 * short),
        _within(-0.0041960863 * long - 0.7034186147 * medium + 1.7076147010 * short),
    )


def _straight(channel: float) -> float:
    return channel / 12.92 if channel <= 0.04045 else float(((channel + 0.055) / 1.055) ** 2.4)


def _within(channel: float) -> float:
    return min(1.0, max(0.0, channel))


def contrast(one: str, other: str) -> float:
    """Return the ratio of WCAG 2.2, 1 to 21."""
    dark, light = sorted(
        0.2126 * red + 0.7152 * green + 0.0722 * blue for red, green, blue in map(linear, (one, other))
    )
    return (light + 0.05) / (dark + 0.05)


def too_faint(pairs: list[tuple[str, str, float]], colours: dict[str, str]) -> list[str]:
    measured = [(ink, ground, floor, contrast(colours[ink], colours[ground])) for ink, ground, floor in pairs]
    return [f"{ink} on {ground}: {ratio:.2f}" for ink, ground, floor, ratio in measured if ratio < floor]


def test_contrast_is_measured_as_browsers_do() -> None:
    assert contrast("oklch(1 0 0)", "#2463ae") == pytest.approx(6.05, abs=0.01)
    assert contrast("oklch(.50 .135 255)", "#fff") == pytest.approx(6.05, abs=0.02)
    assert too_faint([("pale", "paper", TEXT)], {"pale": "#aaa", "paper": "#fff"}) == ["pale on paper: 2.32"]


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_alice_can_read_every_text_and_see_every_edge(theme: str) -> None:
    assert too_faint(PAIRS, tokens("00-tokens.css", ":root", theme)) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_jane_can_read_the_chat_in_the_colours_of_the_shop(theme: str) -> None:
    colours = tokens("00-tokens.css", ":root", theme) | tokens("c-widget.css", ".brand", theme)
    assert too_faint(OF_THE_SHOP, colours) == []


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_initials_of_everybody_can_be_read_on_every_hue(theme: str) -> None:
    avatar = next(rule for rule in rules(CSS / "c-avatar.css") if rule.selector == ".avatar")
    looks = {name: _themed(value, theme) for name, value in avatar.declarations}
    for hue in {value for _, name, value in every_declaration() if name == "--_h"}:
        assert contrast(*(looks[name].replace("var(--_h)", hue) for name in ("color", "background"))) >= TEXT, hue


def test_layouts_mirror_for_those_who_read_from_right_to_left() -> None:
    side = re.compile(r"([\w-]+-)?(left|right|top|bottom)(-[\w-]+)?|(min-|max-)?(width|height)")
    assert [f"{rule.file}: {name}" for rule, name, _ in every_declaration() if side.fullmatch(name)] == []
    four = [
        f"{rule.file}: {name}: {value}"
        for rule, name, value in every_declaration()
        if re.fullmatch(r"margin|padding|inset|border-(width|color|style)", name)
        and len(sides := _words(value)) == 4
        and sides[1] != sides[3]
    ]
    assert four == []
    towards = re.compile(r"\b(left|right)\b")
    assert [f"{rule.file}: {value}" for rule, _, value in every_declaration() if towards.search(value)] == []


def _words(value: str) -> list[str]:
    """Split at spaces outside brackets."""
    return re.findall(r"(?:[^\s()]|\((?:[^()]|\([^()]*\))*\))+", value)


def test_no_rule_is_bound_to_one_element() -> None:
    assert [rule for rule in every_rule() if re.search(r"#[\w-]", rule.selector)] == []


def test_only_hiding_may_insist() -> None:
    insisting = {rule.selector for rule, _, value in every_declaration() if "!important" in value}
    hiding = {"[hidden]", ".only-narrow", ".only-phone"}
    assert {part for selector in insisting for part in selector.split(", ")} <= hiding


def test_nothing_waits_for_a_pointer_that_a_finger_does_not_have() -> None:
    hovering = [rule for rule in every_rule() if ":hover" in rule.selector]
    assert hovering
    assert all("@media (any-hover: hover)" in rule.around for rule in hovering)


def test_who_moves_by_keyboard_always_sees_where() -> None:
    """An outline may only be taken where the same control shows its focus in another way."""
    without = {rule.selector for rule, *said in every_declaration() if said == ["outline", "none"]}
    instead = {
        ".row__link:focus-visible": ".row:has(.row__link:focus-visible)",
        ".profiles a:focus-visible": ".profiles > li:has(a:focus-visible)",
        ".composer textarea": ".composer__box:focus-within",
        ".write textarea": ".write:focus-within",
        ".who__bar h3": ".who__bar",  # a heading, focused by a swap and not by a key
    }
    assert without <= set(instead)
    assert {instead[selector] for selector in without} <= {rule.selector for rule in every_rule()}


def test_no_style_comes_from_elsewhere() -> None:
    assert [path for path in CSS.glob("*.css") if re.search(r"url\(|@import|@font-face", path.read_text("utf-8"))] == []


def test_every_style_knows_its_layer() -> None:
    layers = "@layer tokens, reset, base, layout, components, screens, utilities;"
    assert (CSS / "00-tokens.css").read_text("utf-8").startswith(layers)
    assert [rule for rule in every_rule() if rule.file != "shop.css" and not rule.around] == []


@pytest.mark.parametrize(("bundle", "budget"), [("app.css", 25), ("widget.css", 8)])
def test_styles_stay_light(bundle: str, budget: int) -> None:
    assert 0 < len(Assets(STATIC).named(bundle).gzip_body) <= budget * 1000


def test_every_icon_has_one_drawing_of_one_size() -> None:
    sprite = (STATIC / "icons.svg").read_text("utf-8")
    ids = re.findall(r'<symbol id="(i-[a-z-]+)" viewBox="0 0 20 20">', sprite)
    assert len(ids) == sprite.count("<symbol") > 0
    assert len(ids) == len(set(ids))
    assert not re.search(r"href|style=|<script|#[0-9a-f]{3}", sprite)


def _sources() -> list[str]:
    """Whatever may carry a class or ask for an icon: templates, the screens that draw them, scripts."""
    webapp = STATIC.parent / "webapp"
    found = [*webapp.rglob("*.html"), *webapp.rglob("*.py"), *(STATIC / "js").rglob("*.js")]
    return [path.read_text("utf-8") for path in found]


def test_every_icon_that_a_template_asks_for_is_drawn_and_no_other() -> None:
    calls = [call for text in _sources() for call in re.findall(r"\bicon\(([^()]*)\)", text)]
    asked = {name for call in calls for name in re.findall(r'(?:^|else )"([a-z-]+)"', call)}
    chosen = {"check", "near", "x", "chat", "link", "unlink", "edit", "warn"}  # what evidence and activity go by
    chosen |= {"mail", "phone"}  # beside contact points, by their kind
    assert asked | chosen == set(re.findall(r'id="i-([a-z-]+)"', (STATIC / "icons.svg").read_text("utf-8")))


# Classes that nobody writes down: htmx sets the one, and the others are made of a verdict (`context/evidence.html`).
SET_OTHERWISE = {"htmx-request", "is-same", "is-near", "is-diff"}


def test_every_class_that_has_a_style_stands_somewhere() -> None:
    written = {word for text in _sources() for word in re.findall(r"[\w-]+", text)}
    styled = {name for rule in every_rule() for name in re.findall(r"\.([a-z][\w-]*)", rule.selector)}
    assert len(styled) > 100
    assert styled - written == SET_OTHERWISE
