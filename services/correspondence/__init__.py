"""The register of letters (dziennik korespondencji): what came to the office and what it sent."""
