"""The pages of a report: Markdown, CSV, HTML, plain data. `amplify.report.report` collects the numbers."""
