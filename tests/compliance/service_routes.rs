//! The addresses that links may name although no file of the site answers them are answered by the
//! service, so that the list of them cannot grow stale.

use e2e::install::Install;

use crate::rules::SERVICE;

#[test]
fn every_route_that_links_may_name_is_answered_by_the_service() {
    let install = Install::new();
    let service = install.start();
    for route in SERVICE {
        let answer = service.visitor().get(route);
        // Quick exit leads away.
        let due = if route.ends_with("/exit/") { 303 } else { 200 };
        assert_eq!(answer.status, due, "{route}");
    }
    assert_eq!(service.visitor().get("/tip/gone/").status, 404);
}
