"""How runs are played: one (`play`), a batch on a worker (`worker`), a round (`rounds`), a sweep (`runner`), and where
(`engines`).
"""
