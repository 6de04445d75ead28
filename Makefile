# 一行一件事，细节在 tools/ 和程序里 · one line per job, the details live in tools/ and in the program.
PORT ?= 8080
TOOLS := $(CURDIR)/var/tools/bin
SERVICE := target/release/tip-service
export PATH := $(PATH):$(TOOLS)

.DEFAULT_GOAL := help
.PHONY: help run build site serve test check inbox dist dist-twice rehearsal bench traffic flood fuzz doctor setup clean

help: ## 列出这些命令 · list these commands
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

run: site build ## 建站、编译并在 127.0.0.1:$(PORT) 运行 · build all and run it (PORT=8080)
	@exec $(SERVICE) serve --dev --config config/dev.toml --listen 127.0.0.1:$(PORT)

# --workspace with one binary: the features, and so the artifacts, are those `make test` uses.
build:
	@tools/setup run
	@cargo build --release --workspace --bin tip-service

site: ## 用 Zola 生成网站到 site/public · build the site into site/public
	@tools/build-site

serve: ## 边写边看：改了页面，浏览器自己刷新 · preview the site alone with live reload (PORT=8080)
	@cd site && ../tools/zola serve --interface 127.0.0.1 --port $(PORT) --output-dir ../var/preview --force

test: setup site ## 跑全部测试（真浏览器、真邮件服务器、真 GnuPG）· run every test
	@tools/test

check: ## 格式、clippy、许可证、文档 · format, lints, licences, docs
	@tools/setup check
	cargo fmt --all --check
	cargo clippy --release --workspace --all-targets -- -D warnings
	cargo deny --offline check --hide-inclusion-graph licenses bans sources
	RUSTDOCFLAGS='-D warnings' cargo doc --release --workspace --no-deps --document-private-items

inbox: ## 解开演示单位的信箱 · show the demo units' decrypted tips
	@$(SERVICE) open --inbox var/mail --keys var/keys --photographs var/photographs

dist: ## 做发行包：压缩包和 Debian 包，可重现 · archive and Debian package, reproducible, in target/dist
	@tools/setup dist
	@tools/dist

dist-twice: ## 发行包做两遍，字节要一样（约一小时）· two builds in two folders, byte by byte the same (long)
	@tools/setup dist
	@tools/dist-twice

rehearsal: ## 照 OPERATIONS.md 在一台新 Debian 12 里从头装起（要 root）· OPERATIONS.md followed in a fresh Debian 12 (root)
	@tools/setup rehearsal
	@cargo build --release --package e2e --bin rehearsal
	@target/release/rehearsal

bench: site ## 量速度、内存和重量 · measure speed, memory and weight (not part of test)
	@tools/setup run
	@cargo build --release --workspace --bins
	@target/release/bench
	@cargo bench --quiet --workspace --bench routing

traffic: site ## 从加密连接的大小能猜出多少 · what sizes on the wire tell (not part of test)
	@tools/setup traffic
	@cargo build --release --workspace --bins
	@target/release/traffic

flood: site ## 洪水之中，正常举报是否照常（约一小时）· attacks, and what they do to honest tips (about an hour)
	@tools/setup test
	@cargo build --release --workspace --bins
	@target/release/flood

fuzz: ## 用百万计的乱字节喂每个解析程序（几小时）· foreign bytes by the million into every parser (hours)
	@tools/setup fuzz
	@tools/fuzz

doctor: ## 这台机器缺什么、怎么补 · what this machine lacks and how to get it
	@tools/setup doctor

setup: ## 装上测试需要的程序 · install what the tests need (asks for root only if something is missing)
	@tools/setup test

clean: ## 删去编译结果和运行状态 · remove build results and run-time state
	rm -rf target var site/public
