/**
 * The user who may read a folder of scans, for `docker run --user`: its owner, or nobody in particular when
 * the owner is root. A folder that root alone may read (a clone made under umask 077) is read by root, which
 * has no capability.
 */
export function folderReader({ uid, gid, mode }: { uid: number; gid: number; mode: number }): string {
  const isForAll = (mode & 0o005) === 0o005;
  return uid === 0 && isForAll ? "65534:65534" : `${uid}:${gid}`;
}
