# The two commands of the README, and what goes with them.
.PHONY: run restart test lint bench docs clean
.NOTPARALLEL:

run:   ## set up what is missing, start, print the address and how to log in
	@python3 -m hub.bootstrap run && exec .venv/bin/python -m hub

restart: ## the hub anew, as after an update; servers and runs go on meanwhile
	@python3 -m hub.bootstrap run && .venv/bin/python -m hub.restart

test:  ## install what the tests need, run all of them
	@python3 -m hub.bootstrap test && .venv/bin/python -m tests

lint:  ## what pre-commit runs
	@python3 -m hub.bootstrap test && .venv/bin/ruff format --check . && .venv/bin/ruff check . && .venv/bin/mypy && npm run lint --workspace labextension

bench: ## measure beside the peers; QUICK=1 for a short one
	@python3 -m hub.bootstrap bench && .venv/bin/python -m bench $(if $(QUICK),--quick)

clean: ## remove what was installed and built; the data folder stays
	rm -rf .venv .tools node_modules labextension/node_modules labextension/lib labextension/polarhub_lab/labextension
