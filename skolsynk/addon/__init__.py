"""The Workspace add-on: cards in Gmail, Calendar and Drive, answered over HTTP. See docs/addon.md."""
