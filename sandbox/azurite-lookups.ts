/**
 * Preloaded into the emulator: it looks a row up by walking through all rows of its partition, so that ten thousand rows
 * make each call slow, which the real service does not do. Here the index with fewer candidates is walked, with the same
 * result. Any other query, and an emulator that is built otherwise, is left as it is.
 */
export function fastLookups(azuriteScript: string): string {
  return `data:text/javascript,${encodeURIComponent(`
import { createRequire } from 'node:module';
const { Collection } = createRequire(${JSON.stringify(azuriteScript)})('lokijs');
const findOne = Collection?.prototype.findOne;
const text = (value) => typeof value === 'string';
if (findOne !== undefined && Collection.prototype.calculateRange !== undefined)
  Collection.prototype.findOne = function (query) {
    const { PartitionKey, RowKey, ...others } = query ?? {};
    const byPartition = this.binaryIndices?.PartitionKey;
    const byRow = this.binaryIndices?.RowKey;
    if (!text(PartitionKey) || !text(RowKey) || !byPartition || !byRow || Object.keys(others).length > 0)
      return findOne.call(this, query);
    const rangeOf = (name, key) => {
      this.ensureIndex(name);
      return this.calculateRange('$eq', name, key);
    };
    const partition = rangeOf('PartitionKey', PartitionKey);
    const row = rangeOf('RowKey', RowKey);
    const isPartitionSmaller = partition[1] - partition[0] < row[1] - row[0];
    const { values } = isPartitionSmaller ? byPartition : byRow;
    const [first, last] = isPartitionSmaller ? partition : row;
    for (let at = first; at <= last; at += 1) {
      const found = this.data[values[at]];
      if (found?.PartitionKey === PartitionKey && found.RowKey === RowKey) return found;
    }
    return null;
  };
`)}`;
}
