"""Charts as ECharts options: plain data made in Python, drawn in the browser. Knows nothing of Solara.

``base``   colours, axes and words that all charts share
"""
