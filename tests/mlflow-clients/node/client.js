// The npm package of MLflow's API, unmodified, against the platform whose address is the argument. Ends with 0 and "passed" when every
// answer was right.
const assert = require('node:assert/strict')
const MLflow = require('mlflow')
const { ViewType, RunStatus, LifecycleStage } = require('mlflow/enum')

// The package prints each body that it sends.
console.log = () => {}

const [endpoint, unique] = process.argv.slice(2)
const { Experiments, Runs, Metrics, Artifacts } = new MLflow({ endpoint })

/** The status and MLflow's error of a call that must fail. */
async function refusal(call) {
  const error = await call.then(
    () => assert.fail('It was answered.'),
    (error) => error,
  )
  return JSON.parse(error.message.replace(/^(Error: )+/, ''))
}

async function experiments() {
  const name = `node ${unique}`
  const { experiment_id } = await Experiments.create({ name })
  const again = await refusal(Experiments.create({ name }))
  assert.equal(again.status, 400)
  assert.equal(again.data.error_code, 'RESOURCE_ALREADY_EXISTS')

  await Experiments.update({ experiment_id, new_name: `${name} 2` })
  await Experiments.delete({ experiment_id })
  const deleted = await Experiments.list({ view_type: ViewType.DELETED_ONLY })
  assert(deleted.experiments.some((one) => one.experiment_id === experiment_id))
  await Experiments.restore({ experiment_id })
  const { experiment } = await Experiments.get({ experiment_id })
  assert.equal(experiment.name, `${name} 2`)
  assert.equal(experiment.lifecycle_stage, LifecycleStage.active)
  const none = await refusal(Experiments.get({ experiment_id: '999999' }))
  assert.equal(none.status, 404)
  assert.equal(none.data.error_code, 'RESOURCE_DOES_NOT_EXIST')
  return experiment_id
}

async function runs(experiment_id) {
  const { run } = await Runs.create({
    experiment_id,
    user_id: 'anna',
    start_time: 1700000000000,
    tags: [{ key: 'team', value: 'vision' }],
  })
  const { run_id } = run.info
  await Runs.logParameter({ run_id, key: 'lr', value: '0.1' })
  const changed = await refusal(Runs.logParameter({ run_id, key: 'lr', value: '0.2' }))
  assert.match(changed.data.message, /Changing param values is not allowed/)
  for (let step = 0; step < 3; step++) {
    await Runs.logMetric({ run_id, key: 'loss', value: 1 / (step + 1), timestamp: 1700000000000 + step, step })
  }

  await Runs.logBatch({
    run_id,
    metrics: [{ key: 'accuracy', value: 0.9, timestamp: 1700000000000, step: 2 }],
    params: [{ key: 'layers', value: '3' }],
    tags: [{ key: 'old', value: '1' }],
  })
  await Runs.setTag({ run_id, key: 'note', value: 'a b' })
  await Runs.deleteTag({ run_id, key: 'old' })
  await Runs.update({ run_id, status: RunStatus.FINISHED, end_time: 1700000009000 })

  const found = (await Runs.get({ run_id })).run
  assert.equal(found.info.status, RunStatus.FINISHED)
  assert.equal(found.info.end_time, 1700000009000)
  assert.deepEqual(
    Object.fromEntries(found.data.metrics.map(({ key, value }) => [key, value])),
    { accuracy: 0.9, loss: 1 / 3 },
  )
  const tags = Object.fromEntries(found.data.tags.map(({ key, value }) => [key, value]))
  assert.equal(tags.note, 'a b')
  assert(!('old' in tags))
  const { metrics } = await Metrics.getHistory({ run_id, metric_key: 'loss' })
  assert.deepEqual(
    metrics.map(({ step, value }) => [step, value]),
    [[0, 1], [1, 1 / 2], [2, 1 / 3]],
  )
  return run_id
}

async function searches(experiment_id, run_id) {
  const search = (filter, run_view_type = ViewType.ACTIVE_ONLY) =>
    Runs.search({ experiment_ids: [experiment_id], filter, run_view_type, max_results: 10, order_by: ['metrics.loss'] })
  const ids = ({ runs = [] }) => runs.map(({ info }) => info.run_id)
  assert.deepEqual(ids(await search("metrics.loss < 0.5 and params.lr = '0.1'")), [run_id])
  assert.deepEqual(ids(await search('metrics.loss > 0.5')), [])

  const answer = await fetch(`${endpoint}/api/2.0/mlflow-artifacts/artifacts/${experiment_id}/${run_id}/artifacts/a/b.txt`, {
    method: 'PUT',
    body: 'bytes',
  })
  assert.equal(answer.status, 200)
  const { files, root_uri } = await Artifacts.list({ run_id, path: 'a' })
  assert.deepEqual(files, [{ path: 'a/b.txt', is_dir: false, file_size: 5 }])
  assert.match(root_uri, /^mlflow-artifacts:/)

  await Runs.delete({ run_id })
  assert.deepEqual(ids(await search('')), [])
  assert.deepEqual(ids(await search('', ViewType.DELETED_ONLY)), [run_id])
  await Runs.restore({ run_id })
  assert.deepEqual(ids(await search('')), [run_id])
}

async function main() {
  const experiment = await experiments()
  await searches(experiment, await runs(experiment))
  process.stdout.write('passed\n')
}

main().catch((error) => {
  console.error(error)
  process.exitCode = 1
})
