"""Charts as plain shapes, drawn once: the page shows them as SVG, paper gets the same."""
