"""The commands behind `chaffinch`: each parses, calls one workflow and prints."""
