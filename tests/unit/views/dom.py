"""Looking at a page as a person does: by test id, and by what stands in it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = frozenset("area base br col embed hr img input link meta source track use wbr".split())


@dataclass
class Element:
    """An element with its attributes and what is in it."""

    tag: str
    attributes: dict[str, str]
    inside: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text, white space single."""
        return " ".join("".join(self._texts()).split())

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]

    def __contains__(self, name: str) -> bool:
        return name in self.attributes

    def all(self, test_id: str, **data: str) -> list[Element]:
        """The elements with this test id, and with these `data-` attributes."""
        wanted = {"data-testid": test_id} | {f"data-{key.replace('_', '-')}": value for key, value in data.items()}
        return [element for element in self.walk() if wanted.items() <= element.attributes.items()]

    def the(self, test_id: str, **data: str) -> Element:
        """The one element with this test id."""
        (found,) = self.all(test_id, **data)
        return found

    def walk(self) -> Iterator[Element]:
        yield self
        for child in self.inside:
            if isinstance(child, Element):
                yield from child.walk()

    def _texts(self) -> Iterator[str]:
        for child in self.inside:
            if isinstance(child, str):
                yield child
            else:
                yield from child._texts()


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.open = [Element("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].inside.append(element)
        if tag not in VOID:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
            self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


def look(html: str) -> Element:
    """Read a page or a part of one; it has to be well-formed."""
    parser = _Parser()
    parser.feed(html)
    parser.close()
    return parser.open[0]
