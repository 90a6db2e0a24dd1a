"""Writes a picture as SVG, for Graphviz (DOT), or as a Mermaid state diagram."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from html import escape

from stuntcard.pictures.graph import Drawing, Folded, Look, Picture, pictures_in
from stuntcard.pictures.layout import LABEL_LINE, NODE_LINE, Box, Layout, Line, layout

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
_HEAD = (
    '<defs><marker id="head" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" orient="auto">'
    '<path d="M0,1 L9,5 L0,9 z" style="fill:#666;stroke:none"/></marker></defs>'
)
_TITLE_HEIGHT, _NOTE_HEIGHT, _NOTE_SIZE = 30, 26, 12


def to_svg(drawing: Drawing, here: Sequence[int | None] = (), here_in_words: str = "") -> str:
    """A drawing that needs nothing else: the first node has a thick edge, one that can't be left a dashed one.

    `here`: for each graph of it the node that has a ring around it, and the words above it.
    """
    pictures = pictures_in(drawing)
    heading = _TITLE_HEIGHT
    if isinstance(drawing, Folded):
        heading += _NOTE_HEIGHT
    placed = [layout(picture) for picture in pictures]
    titles = [drawing.title, *(picture.title for picture in pictures)]
    width = max(*(one.width for one in placed), *(9 * len(title) + 40 for title in titles), _note_width(drawing))
    parts = [_line_of_text(width / 2, 24, 15, drawing.title, bold=True)]
    if isinstance(drawing, Folded):
        parts.append(_line_of_text(width / 2, 46, _NOTE_SIZE, drawing.note))
    height: float = heading
    for number, (picture, at) in enumerate(zip(pictures, placed, strict=True)):
        if isinstance(drawing, Folded):
            parts.append(_line_of_text(width / 2, height + 24, 13, picture.title, bold=True))
            height += _TITLE_HEIGHT
        node = here[number] if here else None
        parts.append(f'<g transform="translate({(width - at.width) / 2:.1f},{height:.0f})">')
        parts += [*_graph(picture, at, node, here_in_words), "</g>"]
        height += at.height
    marked = any(node is not None for node in here)
    size = f'width="{width:.0f}" height="{height:.0f}"'
    return "\n".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} viewBox="0 0 {width:.0f} {height:.0f}" role="img">',
            f"<title>{escape(drawing.title)}</title><style>{_STYLE}{_HERE_STYLE if marked else ''}</style>",
            _HEAD,
            f'<rect {size} fill="#fff"/>',
            *parts,
            "</svg>",
            "",
        ]
    )


def _note_width(drawing: Drawing) -> float:
    return 6.6 * len(drawing.note) + 40 if isinstance(drawing, Folded) else 0.0


def _line_of_text(x: float, y: float, size: int, text: str, *, bold: bool = False) -> str:
    weight = ";font-weight:bold" if bold else ""
    return f'<text x="{x:.0f}" y="{y:.0f}" style="font-size:{size}px{weight}">{escape(text)}</text>'


def _graph(picture: Picture, placed: Layout, here: int | None, here_in_words: str) -> Iterator[str]:
    """A graph's lines, labels and nodes, and the mark on one of them."""
    yield from (_path(line) for line in placed.lines)
    yield from (f'<g class="label">{_rectangle(box, "")}{_text(box, LABEL_LINE)}</g>' for box in placed.labels)
    for number, (node, box) in enumerate(zip(picture.nodes, placed.nodes, strict=True)):
        kinds = "node" + (" first" if number == 0 else "") + (" final" if node.final else "")
        rectangle = _rectangle(box, f' rx="9" fill="{_FILLS[node.look]}"')
        yield f'<g class="{kinds}">{rectangle}{_text(box, NODE_LINE)}</g>'
        if number == here:
            yield _here(box, here_in_words)


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


def to_dot(drawing: Drawing) -> str:
    """The drawing for Graphviz; each graph of a folded one is a cluster."""
    pictures = pictures_in(drawing)

    def written() -> Iterator[str]:
        heading = _quoted(drawing.title, drawing.note) if isinstance(drawing, Folded) else _quoted(drawing.title)
        yield "digraph {"
        yield f"  label={heading}; labelloc=t; fontname=sans"
        yield "  node [shape=box, style=filled, fontname=sans]; edge [fontname=sans, fontsize=10]"
        if not isinstance(drawing, Folded):
            yield from _dot_lines(drawing, "n")
        else:
            for number, picture in enumerate(pictures):
                yield f"  subgraph cluster{number} {{"
                yield f"  label={_quoted(picture.title)}"
                yield from _dot_lines(picture, f"g{number}n")
                yield "  }"
        yield "}"

    return "\n".join(written()) + "\n"


def _dot_lines(picture: Picture, name: str) -> Iterator[str]:
    for number, node in enumerate(picture.nodes):
        style = "rounded,filled,dashed" if node.final else "rounded,filled"
        width = ", penwidth=2.5" if number == 0 else ""
        fill = f'fillcolor="{_FILLS[node.look]}", style="{style}"{width}'
        yield f"  {name}{number} [label={_quoted(*node.lines)}, {fill}]"
    for arrow in picture.arrows:
        yield f"  {name}{arrow.source} -> {name}{arrow.target} [label={_quoted(*arrow.lines)}]"


def to_mermaid(drawing: Drawing) -> str:
    """The drawing as a Mermaid state diagram; each graph of a folded one is a composite state."""
    pictures = pictures_in(drawing)

    def written() -> Iterator[str]:
        yield f"---\ntitle: {_quoted(drawing.title)}\n---"
        yield "stateDiagram-v2"
        if not isinstance(drawing, Folded):
            yield from _mermaid_lines(drawing, "n")
            return
        yield f"  %% {drawing.note}"
        for number, picture in enumerate(pictures):
            yield f"  state {_quoted(_mermaid(picture.title))} as g{number} {{"
            yield from _mermaid_lines(picture, f"g{number}n")
            yield "  }"

    return "\n".join(written()) + "\n"


def _mermaid_lines(picture: Picture, name: str) -> Iterator[str]:
    for number, node in enumerate(picture.nodes):
        yield f"  {name}{number}: {'<br/>'.join(_mermaid(line) for line in node.lines)}"
    yield f"  [*] --> {name}0"
    for arrow in picture.arrows:
        yield f"  {name}{arrow.source} --> {name}{arrow.target}: {'<br/>'.join(_mermaid(line) for line in arrow.lines)}"
    for number, node in enumerate(picture.nodes):
        if node.final:
            yield f"  {name}{number} --> [*]"


WRITERS: dict[str, Callable[[Drawing], str]] = {".svg": to_svg, ".dot": to_dot, ".mmd": to_mermaid}
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
