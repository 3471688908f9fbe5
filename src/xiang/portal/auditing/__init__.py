"""The auditor's pages: is the ledger whole, what stands in it, who was refused, who objected."""
