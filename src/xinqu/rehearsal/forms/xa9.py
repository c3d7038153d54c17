"""xa9, business environment and government services (annual)."""

import numpy as np

from xinqu.rehearsal.draws import Array
from xinqu.rehearsal.world import World


def items(world: World) -> dict[str, Array]:
    """Return item -> shape (units, years)."""
    years = world.years
    licences = world.rising("licences", 480.0, 530.0, 0.003, years)
    cancelled = world.count(licences * world.toward("licences_cancelled", 0.10, 0.2, 0.34, years))
    filed = world.count(licences * world.share("licences_filed", 0.03, 0.07, years))
    promised = world.count(licences * world.toward("licences_promised", 0.1, 0.24, 0.42, years))
    optimised = np.maximum(world.count(licences) - cancelled - filed - promised, 0)
    services = world.count(world.rising("services", 1500.0, 2400.0, 0.02, years))
    online = np.clip(world.rate(world.toward("services_online", 0.74, 0.90, 1.0, years), 4), 0, 1)
    cases = world.amount(world.territory.residents * world.rising("cases", 2200.0, 4200.0, 0.05, years))
    requests = world.count(world.rising("data_requests", 80.0, 170.0, 0.06, years))
    return {
        "xa9_lic_items": cancelled + filed + promised + optimised,
        "xa9_lic_cancel": cancelled,
        "xa9_lic_record": filed,
        "xa9_lic_promise": promised,
        "xa9_lic_opt": optimised,
        "xa9_svc_items": services,
        "xa9_svc_online": np.floor(services * online),
        "xa9_svc_nat": np.floor(services * world.rate(world.share("services_national", 0.88, 0.99, years), 4)),
        "xa9_svc_cases": cases,
        "xa9_svc_days": world.rate(world.toward("service_days", 1.6, 4.2, 1.0, years)),
        "xa9_svc_late": np.floor(
            cases * world.rate(world.share("services_late", 0.0014, 0.0078, years, sigma=0.0002), 6)
        ),
        "xa9_data_req": requests,
        "xa9_data_ok": np.floor(requests * world.rate(world.share("data_met", 0.62, 0.92, years), 4)),
        "xa9_permit_days": world.rate(world.toward("construction_permit_days", 44.0, 86.0, 30.0, years)),
        "xa9_be_score": world.rate(world.toward("environment_score", 74.0, 87.0, 96.0, years)),
    }
