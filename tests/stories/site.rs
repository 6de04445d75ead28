//! How the service stands to the built site. What the site itself must be is told in `compliance/`.

use e2e::install::Install;
use e2e::site::built;

#[test]
fn the_shell_is_not_a_page() {
    let install = Install::new();
    let service = install.start();
    for path in [
        "/_shell/",
        "/_shell/index.html",
        "/_shell",
        "/%5fshell/",
        "/./_shell/",
    ] {
        let answer = service.visitor().get(path);
        assert!(answer.status != 200, "{path} is served");
        assert!(!answer.text().contains("{%"), "{path} shows a template");
    }
    let sitemap = std::fs::read_to_string(built().join("sitemap.xml")).unwrap_or_default();
    assert!(!sitemap.contains("_shell"), "the site map names the shell");
}
