"""What a page says about itself: title, dates, authors, section, keywords, rights."""
