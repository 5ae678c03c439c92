"""The article among the lines of a plain-text dump of a page."""
