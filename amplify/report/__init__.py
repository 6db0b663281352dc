"""The engagement report: `amplify.report.report` collects the numbers; pages in Markdown, CSV, HTML and JSON."""
