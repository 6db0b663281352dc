"""What all pages and files for readers share: numbers, dates, colours, cells."""
