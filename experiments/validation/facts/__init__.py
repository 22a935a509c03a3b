"""Stylised facts of innovation, by the estimators that the literature uses. One study a file."""
