"""Forms to and from XLSX, CSV and SDMX: canonical rows, where each value stood, and the identity of a return."""
