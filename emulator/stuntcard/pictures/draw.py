"""Writes a picture as SVG, for Graphviz (DOT), or as a Mermaid state diagram."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from html import escape

from stuntcard.pictures.graph import Look, Picture
from stuntcard.pictures.layout import LABEL_LINE, NODE_LINE, Box, Line, layout

_FILLS = {
    Look.USABLE: "#e3f1e3",
    Look.NOT_SET: "#ececec",
    Look.PARTLY: "#fbeccb",
    Look.BLOCKED: "#f7d5cf",
    Look.LOST: "#d9c3c3",
}
_STYLE = (
    "text{font-family:'DejaVu Sans',Verdana,sans-serif;text-anchor:middle;fill:#1b1b1b}"
    ".node text{font-size:12px}.label text{font-size:10px;fill:#333}"
    ".node rect{stroke:#444;stroke-width:1.2}.node.first rect{stroke-width:2.8}"
    ".node.final rect{stroke-dasharray:5 3;stroke-width:2}"
    ".label rect{fill:#fff}path{fill:none;stroke:#666;stroke-width:1.1}"
)
_HERE_STYLE = (
    ".here .ring{fill:none;stroke:#0b4f9c;stroke-width:3}.here .ground{fill:#0b4f9c}"
    ".here text{font-size:11px;font-weight:bold;fill:#fff}"
)
_TITLE_HEIGHT = 30


def to_svg(picture: Picture, here: int | None = None, here_in_words: str = "") -> str:
    """A drawing that needs nothing else: the first node has a thick edge, one that can't be left a dashed one.

    The node `here` has a ring around it, and the words above it.
    """
    placed = layout(picture)
    title_width = 9 * len(picture.title) + 40
    width, height = max(placed.width, title_width), placed.height + _TITLE_HEIGHT
    shift = (width - placed.width) / 2
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" role="img">',
        f"<title>{escape(picture.title)}</title><style>{_STYLE}{_HERE_STYLE if here is not None else ''}</style>",
        '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0,1 L9,5 L0,9 z" style="fill:#666;stroke:none"/></marker></defs>',
        f'<rect width="{width:.0f}" height="{height:.0f}" fill="#fff"/>',
        f'<text x="{width / 2:.0f}" y="24" style="font-size:15px;font-weight:bold">{escape(picture.title)}</text>',
        f'<g transform="translate({shift:.1f},{_TITLE_HEIGHT})">',
        *(_path(line) for line in placed.lines),
        *(f'<g class="label">{_rectangle(box, "")}{_text(box, LABEL_LINE)}</g>' for box in placed.labels),
    ]
    for number, (node, box) in enumerate(zip(picture.nodes, placed.nodes, strict=True)):
        kinds = "node" + (" first" if number == 0 else "") + (" final" if node.final else "")
        rectangle = _rectangle(box, f' rx="9" fill="{_FILLS[node.look]}"')
        parts.append(f'<g class="{kinds}">{rectangle}{_text(box, NODE_LINE)}</g>')
        if number == here:
            parts.append(_here(box, here_in_words))
    return "\n".join([*parts, "</g></svg>", ""])


def _here(box: Box, words: str) -> str:
    """A ring around a node, and words on its edge that stand on a ground of their own."""
    width, height = box.width + 12, box.height + 12
    left, top = box.x - width / 2, box.y - height / 2
    ground = 7.0 * len(words) + 14
    sizes = f'width="{ground:.1f}" height="18" rx="9"'
    return (
        f'<g class="here"><rect class="ring" x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" '
        f'rx="14"/><rect class="ground" x="{box.x - ground / 2:.1f}" y="{top - 9:.1f}" {sizes}/>'
        f'<text x="{box.x:.1f}" y="{top:.1f}" dy="0.35em">{escape(words)}</text></g>'
    )


def to_dot(picture: Picture) -> str:
    """The picture for Graphviz."""

    def written() -> Iterator[str]:
        yield "digraph {"
        yield f"  label={_quoted(picture.title)}; labelloc=t; fontname=sans"
        yield "  node [shape=box, style=filled, fontname=sans]; edge [fontname=sans, fontsize=10]"
        for number, node in enumerate(picture.nodes):
            style = "rounded,filled,dashed" if node.final else "rounded,filled"
            width = ", penwidth=2.5" if number == 0 else ""
            fill = f'fillcolor="{_FILLS[node.look]}", style="{style}"{width}'
            yield f"  n{number} [label={_quoted(*node.lines)}, {fill}]"
        for arrow in picture.arrows:
            yield f"  n{arrow.source} -> n{arrow.target} [label={_quoted(*arrow.lines)}]"
        yield "}"

    return "\n".join(written()) + "\n"


def to_mermaid(picture: Picture) -> str:
    """The picture as a Mermaid state diagram."""

    def written() -> Iterator[str]:
        yield f"---\ntitle: {_quoted(picture.title)}\n---"
        yield "stateDiagram-v2"
        for number, node in enumerate(picture.nodes):
            yield f"  n{number}: {'<br/>'.join(_mermaid(line) for line in node.lines)}"
        yield "  [*] --> n0"
        for arrow in picture.arrows:
            yield f"  n{arrow.source} --> n{arrow.target}: {'<br/>'.join(_mermaid(line) for line in arrow.lines)}"
        for number, node in enumerate(picture.nodes):
            if node.final:
                yield f"  n{number} --> [*]"

    return "\n".join(written()) + "\n"


WRITERS: dict[str, Callable[[Picture], str]] = {".svg": to_svg, ".dot": to_dot, ".mmd": to_mermaid}
"""How a picture is written, by the ending of the file that it goes to."""


def _quoted(*lines: str) -> str:
    escaped = (line.replace("\\", "\\\\").replace('"', '\\"') for line in lines)
    return '"' + "\\n".join(escaped) + '"'


def _mermaid(line: str) -> str:
    """Colons and semicolons have a meaning of their own there; #58; is how Mermaid writes a colon."""
    return line.replace(";", ",").replace(":", "#58;")


def _rectangle(box: Box, more: str) -> str:
    left, top = box.x - box.width / 2, box.y - box.height / 2
    return f'<rect x="{left:.1f}" y="{top:.1f}" width="{box.width:.1f}" height="{box.height:.1f}"{more}/>'


def _text(box: Box, line_height: float) -> str:
    first = box.y - (len(box.lines) - 1) * line_height / 2
    return "".join(
        f'<text x="{box.x:.1f}" y="{first + number * line_height:.1f}" dy="0.35em">{escape(line)}</text>'
        for number, line in enumerate(box.lines)
    )


def _path(line: Line) -> str:
    written = []
    last = None
    for (x, y), (end_x, end_y) in line.pieces:
        if (x, y) != last:
            written.append(f"M{x:.1f},{y:.1f}")
        bend = (end_y - y) / 2
        written.append(f"C{x:.1f},{y + bend:.1f} {end_x:.1f},{end_y - bend:.1f} {end_x:.1f},{end_y:.1f}")
        last = (end_x, end_y)
    return f'<path d="{" ".join(written)}" marker-end="url(#head)"/>'
