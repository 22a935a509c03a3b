"""The five pages, in the order of a visit."""

from dashboards.pages.compare import Compare
from dashboards.pages.explore import Explore
from dashboards.pages.report import Report
from dashboards.pages.tipping import Tipping
from dashboards.pages.why import Why

__all__ = ["PAGES"]

PAGES = {"explore": Explore, "compare": Compare, "tipping": Tipping, "why": Why, "report": Report}
