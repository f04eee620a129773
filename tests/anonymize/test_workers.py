"""The pool: results in order, and the death of a worker costs one record at most."""

import os
import signal
import time

import pytest

from privgen.anonymize.workers import Workers
from privgen.errors import DataError, RunError


def double(task, skip, mark):
    """Doubles every number of the task; -1 kills the process, -2 hangs, -3 and -4 raise."""
    results = []
    for record, value in enumerate(task, 1):
        mark(record)
        if record in skip:
            results.append(skip[record].split(" ")[0])
            continue
        if value == -1:
            os.kill(os.getpid(), signal.SIGKILL)
        if value == -2:
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
            time.sleep(60)
        if value == -3:
            raise DataError("row 3: a fault")
        if value == -4:
            raise ValueError("secret")
        results.append(2 * value)
    return results


@pytest.mark.parametrize("count", [1, 2, 3])
def test_results_come_in_order_and_few_tasks_are_read_ahead(count):
    read = []

    def tasks():
        for number in range(50):
            read.append(number)
            yield [number]

    with Workers(double, count) as workers:
        for number, result in enumerate(workers.run(tasks())):
            assert result == [2 * number]
            assert len(read) - number <= 2 * count + 2
    assert len(read) == 50


@pytest.mark.parametrize("count", [1, 2])
def test_the_record_that_kills_is_left_out(count):
    with Workers(double, count) as workers:
        assert list(workers.run([[1], [2, -1, 3, -1], [4], [5, 6]])) == [
            [2],
            [4, "the", 6, "the"],
            [8],
            [10, 12],
        ]


def test_a_record_that_hangs_is_left_out():
    with Workers(double, 2, patience=0.5) as workers:
        assert list(workers.run([[1, -2, 3], [4]])) == [[2, "took", 6], [8]]


def test_without_retry_a_death_is_one_clear_line():
    with Workers(double, 2, retry=False) as workers, pytest.raises(RunError, match="a worker process died"):
        list(workers.run([[1], [-1], [2]]))


def test_a_task_that_always_kills_ends():
    with Workers(double, 1) as workers, pytest.raises(RunError, match="a worker process died"):
        list(workers.run([[-1] * 50]))


def test_faults_of_the_work_come_through_without_values():
    with Workers(double, 1) as workers, pytest.raises(DataError, match="row 3"):
        list(workers.run([[-3]]))
    with Workers(double, 1) as workers, pytest.raises(RunError, match="ValueError") as caught:
        list(workers.run([[-4]]))
    assert "secret" not in str(caught.value)


def test_workers_killed_from_outside_do_not_cost_a_record():
    with Workers(double, 2) as workers:
        results = workers.run([[number] for number in range(30)])
        for number, result in enumerate(results):
            assert result == [2 * number]
            if number % 7 == 0:
                os.kill(workers._workers[0]._process.pid, signal.SIGKILL)
