#!/usr/bin/env bash
# The tests that a Python can break, with each other Python that the app runs on and that is here:
# the loading of the app, the durable protocol, one deployment, and Azure's worker library (3.13).
set -euo pipefail
cd "$(dirname "$0")/.."
tests=(
  tests/worker
  tests/local/functions_host/worker
  tests/local/functions_host/engine/test_captured.py
  tests/local/functions_host/engine/test_protocol.py
  tests/local/functions_host/engine/test_recorded.py
  tests/orchestrators/test_destroy.py::test_destroy_leaves_what_was_there_before_and_an_empty_record
)

find_python() { # VERSION: its path, from PATH or from pyenv
  for python in "python$1" "$HOME"/.pyenv/versions/"$1".*/bin/python; do
    "$python" -c '' 2> /dev/null && { command -v "$python"; return; }
  done
  return 1
}

worker="not loaded in Azure's worker library: that needs Python 3.13, which is not here"
for version in 3.12 3.13; do
  python=$(find_python "$version") || { echo "Python $version is not here: not tested with it"; continue; }
  environment=.venv-$version
  if [ ! -e "$environment/installed" ] || [ requirements-dev.txt -nt "$environment/installed" ]; then
    "$python" -m venv --clear "$environment"
    "$environment/bin/python" -m pip install --quiet --quiet --disable-pip-version-check --compile \
      --require-hashes --requirement requirements-dev.txt
    touch "$environment/installed"
  fi
  echo "Python $version:"
  "$environment/bin/python" -m pytest -q -m "not slow" --numprocesses auto --dist loadfile "${tests[@]}"
  [ "$version" != 3.13 ] || worker="loaded in Azure's worker library, and called there, with Python 3.13"
done
echo "The app was $worker."
