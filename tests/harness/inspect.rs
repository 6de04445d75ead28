//! What a developer's tools do in a browser and a visitor does not: script of the test's own in the
//! page, the page's colours as a dark system asks for them. The page's own rules do not bind them.

use serde_json::{Value, json};

use crate::browser::{Browser, Device};

impl Browser {
    /// Runs script in every page from now on, before the page's own.
    pub fn carry(&self, script: &str) {
        let params = json!({ "source": script });
        let method = "Page.addScriptToEvaluateOnNewDocument";
        self.run("carry", self.driver.cdp().send_raw(method, params));
    }

    /// Runs the body of a function in the page and returns what it returns.
    pub fn evaluate(&self, body: &str) -> Value {
        let answer = self.run("script", self.driver.execute(body, Vec::new()));
        answer.json().clone()
    }

    /// Runs the body of an asynchronous function in the page and waits for what it returns.
    pub fn evaluate_async(&self, body: &str) -> Value {
        let script = format!(
            "const done = arguments[0]; (async () => {{ {body} }})()\
             .then(done, error => done('failed: ' + error));"
        );
        let answer = self.run("script", self.driver.execute_async(script, Vec::new()));
        answer.json().clone()
    }

    /// Keeps a picture of the whole page, as on a screen long enough for it, as
    /// `var/screenshots/<name>.png`.
    pub fn picture_whole(&self, name: &str, device: Device) {
        let metrics = self.command("Page.getLayoutMetrics", json!({}));
        let long = metrics["cssContentSize"]["height"]
            .as_f64()
            .unwrap_or_default();
        self.resize(device, long.ceil() as u32);
        self.picture(name);
        self.resize(device, device.height);
    }

    fn resize(&self, device: Device, height: u32) {
        let params = json!({
            "width": device.width, "height": height, "deviceScaleFactor": 1, "mobile": true,
        });
        self.command("Emulation.setDeviceMetricsOverride", params);
    }

    fn command(&self, method: &str, params: Value) -> Value {
        self.run(method, self.driver.cdp().send_raw(method, params))
    }

    /// Shows pages as on a system that is set to dark, or to light.
    pub fn prefer_dark(&self, dark: bool) {
        let value = if dark { "dark" } else { "light" };
        let features = json!([{ "name": "prefers-color-scheme", "value": value }]);
        let params = json!({ "features": features });
        let method = "Emulation.setEmulatedMedia";
        self.run("colours", self.driver.cdp().send_raw(method, params));
    }
}
