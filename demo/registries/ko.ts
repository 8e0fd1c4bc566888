/** The Korean texts of the list of registries. */
export default {
  'registries/list': {
    title: '레지스트리',
    address: '레지스트리 주소',
    example: 'registry.example.com 또는 localhost:5000',
    open: '열기',
    invalid: '레지스트리 주소가 아닙니다. registry.example.com 같은 호스트나 URL을 입력하십시오.',
    none: '연 레지스트리는 이 브라우저에 저장되어 여기에 표시됩니다.',
  },
  'registries/entry': {
    given: '이 페이지의 기본 설정',
    user: '{user}(으)로 로그인함',
    signOut: '로그아웃',
    signOutOf: '{host} 로그아웃',
    name: '{host}의 이름',
    rename: '{host} 이름 바꾸기',
    forget: '{host} 기록 지우기',
    save: '저장',
  },
}
