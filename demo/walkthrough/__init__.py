"""The whole story, played by the real programs: `python -m demo.walkthrough`, or `make walkthrough`."""
