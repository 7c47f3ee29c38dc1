"""The dashboard: Superset with the YAML files of this folder, on loopback."""
