"""The catalogue as an Excel workbook: a template that explains itself, export, and import with errors by cell."""
