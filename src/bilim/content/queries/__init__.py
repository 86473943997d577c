"""Reads of one's own teaching material, a module each: lessons, the export, faults, files."""
