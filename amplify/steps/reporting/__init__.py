"""The pages of a report: Markdown, CSV, HTML, plain data. `amplify.steps.report` collects the numbers."""
