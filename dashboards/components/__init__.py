"""What pages are made of: each a Vue template beside a Python function that gives it its data.

Templates are plain HTML with native inputs, which keyboards and screen readers know; all text is interpolated, never
markup. They use neither Vuetify's tags nor Vue's filters, so that the way to Vue 3 stays open.

The playhead lives in the browser: `transport` announces the month as the window's event ``ecosim:month``
(``detail: {month, playing}``), and views that follow it listen. Nothing goes over the network while a run is shown.
"""
