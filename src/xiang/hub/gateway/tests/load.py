"""Many clients at once, who keep every answer that reached them."""

from __future__ import annotations

import threading
import time

from xiang.hub.gateway.tests.stage import Answer, Stage


class Load:
    """Clients that ask until they are told to stop; every answer that reached them is kept."""

    def __init__(self, stage: Stage, clients: int) -> None:
        self.stage = stage
        self.answers: list[tuple[float, Answer]] = []
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._ask) for _ in range(clients)]

    def __enter__(self) -> Load:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _ask(self) -> None:
        while not self._stop.is_set():
            try:
                answer = self.stage.ask()
            except Exception:  # a killed server answers nothing, or half of it: that is no answer
                time.sleep(0.01)
                continue
            self.answers.append((time.monotonic(), answer))

    @property
    def served(self) -> list[str]:
        return [answer.said["call"] for _, answer in list(self.answers) if answer.status == 200]
