"""The states of a card as a graph, laid out and written as DOT, Mermaid or SVG. Knows the law, changes nothing."""
