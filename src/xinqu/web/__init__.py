"""The Django project: pages over the spine."""
