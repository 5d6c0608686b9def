"""Users who keep using the service, and report if anything that they keep is missing."""

import threading
from types import TracebackType
from typing import Self

from tests.fakes import VARIANTS
from tests.integration.cleanup.stock import Stock
from tests.photos import photo
from tests.use_cases import UseCases

_USERS = 2


class Traffic:
    """Active users, one thread each; a context manager that reports what any of them missed."""

    def __init__(self, stock: Stock) -> None:
        self._stock = stock
        self._stopping = threading.Event()
        self._failures: list[BaseException] = []
        self.rounds = 0

    def __enter__(self) -> Self:
        self._threads = [threading.Thread(target=self._use, args=[f"{n:032x}"]) for n in range(_USERS)]
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopping.set()
        for thread in self._threads:
            thread.join()
        if error is None:
            assert self._failures == []
            assert self.rounds >= _USERS

    def _use(self, user_id: str) -> None:
        service, number = self._stock.service(), 0
        try:
            while not self._stopping.is_set():
                number += 1
                self._keep_one_more(service, user_id, number)
                self.rounds += 1
                self._stopping.wait(0.2)  # leave some of the machine to the cleanup
        except BaseException as error:  # noqa: BLE001 - raised by the assertion at the end
            self._failures.append(error)

    def _keep_one_more(self, service: UseCases, user_id: str, number: int) -> None:
        """Upload a picture, delete the third last, rename the last, and check all that is kept."""
        picture = photo(20 + number % 50, 16)
        kept = service.gallery.list(user_id).records
        if len(kept) == 3:
            service.gallery.delete(user_id, kept[-1].record_id)
        added = service.uploads.add(user_id, picture, name=f"cat {number}", file_name="").record
        service.gallery.rename(user_id, added.record_id, f"dog {number}")
        listed = service.gallery.list(user_id)
        assert listed.used == len(listed.records) == min(number, 3)
        assert f"dog {number}" in [record.image_name for record in listed.records]
        for record in listed.records:
            assert all(service.image(user_id, record.record_id, variant) for variant in VARIANTS)
        assert service.image(user_id, added.record_id, "original") == picture
