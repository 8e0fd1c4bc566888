/** The Korean texts of downloads. */
export default {
  'download/dialog': {
    title: { one: '이미지 {count}개 다운로드', many: '이미지 {count}개 다운로드' },
    intro: '파일 하나로 저장합니다. "docker load"와 다른 도구에서 읽을 수 있습니다.',
    platform: '플랫폼',
    all: '모든 플랫폼',
    format: '용도',
    both: 'Docker와 다른 도구',
    docker: 'Docker 전용(목록이 더 작음)',
    oci: '다른 도구 전용(OCI 레이아웃)',
    size: '{name}: {size}',
    measuring: '크기를 확인하는 중…',
    large:
      '이 브라우저는 파일 전체를 모은 뒤에 저장하므로 공간이 부족할 수 있습니다. https에서 Chrome이나 Edge를 사용하면 바로 저장합니다.',
    save: '저장',
    cancel: '취소',
    load: '불러오는 명령: docker load --input {name}',
  },
  'download/list': {
    title: '다운로드',
    written: '{total} 중 {written}',
    rest: '{total} 중 {written}, 초당 {speed}, {time} 남음',
    paused: '{total} 중 {written}에서 일시 정지',
    saved: '저장됨, {total}',
    cancelled: '취소했습니다. 저장된 파일은 없습니다.',
    failed: '저장하지 못했습니다.',
    pause: '일시 정지',
    resume: '계속',
    cancel: '취소',
    close: '목록에서 제거',
  },
}
