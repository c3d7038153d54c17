"""Forms to and from XLSX and CSV: canonical rows, where each value stood, and the identity of a return."""
