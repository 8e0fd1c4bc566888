// The functions by task, as the reference shows them. Each public function has exactly one place.

/**
 * @typedef {object} Task
 * @property {string} page The name of the page.
 * @property {string} title
 * @property {readonly string[]} functions
 */

/** @type {readonly Task[]} */
export const TASKS = [
  {
    page: 'connect',
    title: 'Connect and sign in',
    functions: [
      'openRegistry',
      'checkRegistryConnectivity',
      'parseRegistryAddress',
      'diagnoseRegistry',
      'readCurlOutput',
      'keepDocuments',
      'createFetch',
      'dockerCredentials',
      'storeDockerCredentials',
      'eraseDockerCredentials',
    ],
  },
  {
    page: 'push',
    title: 'Push',
    functions: [
      'push',
      'pushDockerTar',
      'pushDockerTarWithOriginalTags',
      'pushDockerTarWithAllOriginalTags',
      'pushStream',
      'pushImage',
      'planPush',
      'executePush',
      'createPushController',
      'browserSessions',
      'memorySessions',
      'folderSessions',
    ],
  },
  {
    page: 'archives',
    title: 'Read archives',
    functions: [
      'openArchive',
      'chooseImage',
      'inspectDockerTar',
      'validateDockerTar',
      'getTarManifest',
      'extractOriginalTags',
      'getPrimaryTag',
      'listZipEntries',
      'openFile',
    ],
  },
  {
    page: 'pull-and-copy',
    title: 'Pull, copy and save',
    functions: [
      'pullDockerTar',
      'pullBundle',
      'pullLayout',
      'copyImage',
      'copyRepository',
      'planCopy',
      'openImage',
      'readBlob',
      'writeArchive',
      'saveArchive',
      'saveLayout',
      'saveInBrowser',
      'createWriteController',
    ],
  },
  {
    page: 'look',
    title: 'Look at registries and images',
    functions: [
      'listRepositories',
      'iterateRepositories',
      'listTags',
      'iterateTags',
      'listTagDetails',
      'sumSizes',
      'sortTags',
      'matchesPattern',
      'getImageInfo',
      'getManifest',
      'getConfig',
      'getDigest',
      'listImageFiles',
      'readImageFile',
      'listLayerFiles',
      'readLayerFile',
      'diffImages',
    ],
  },
  {
    page: 'change',
    title: 'Tag and delete',
    functions: [
      'setTags',
      'retagImage',
      'deleteImage',
      'deleteImageByDigest',
      'deleteTags',
      'planDelete',
      'executeDelete',
      'undoDelete',
    ],
  },
  {
    page: 'build',
    title: 'Build and edit images',
    functions: [
      'createImage',
      'appendLayer',
      'editImage',
      'createIndex',
      'selectPlatforms',
      'runnableImages',
      'createPortableEncoder',
      'browserCompressions',
      'memoryCompressions',
      'folderCompressions',
    ],
  },
  {
    page: 'artifacts',
    title: 'Artifacts and referrers',
    functions: ['attachArtifact', 'pushArtifact', 'pullArtifact', 'listReferrers'],
  },
  {
    page: 'terms',
    title: 'Names and descriptors',
    functions: ['parseReference', 'parseRepositoryTag', 'formatPlatform', 'isIndex', 'isAttestation'],
  },
]
