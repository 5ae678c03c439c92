"""presseschau: scraped German tech-news pages in, a labelled, split, documented dataset out."""
