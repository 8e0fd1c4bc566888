/** The Korean texts of the shell. */
export default {
  'shell/header': {
    title: '레지스트리',
    views: '화면',
    browse: '둘러보기',
    push: '푸시',
    build: '빌드',
    doctor: '진단',
    registries: '레지스트리 목록',
    noRegistry: '레지스트리 선택',
  },
  'shell/settings': {
    settings: '설정',
    theme: '테마',
    auto: '시스템 설정',
    light: '밝게',
    dark: '어둡게',
    language: '언어',
    asBrowser: '브라우저 설정',
  },
  'shell/breadcrumbs': { path: '현재 위치' },
  'shell/config': {
    title: '이 페이지의 설정에 오류가 있습니다',
    advice:
      '페이지 운영자에게 config.json을 고쳐 달라고 요청하십시오. 그때까지 잘못된 설정은 무시되고 삭제 기능은 꺼집니다.',
    unreachable: '파일을 불러올 수 없습니다.',
    syntax: '올바른 JSON이 아닙니다: {message}',
    noObject: '파일의 내용은 JSON 객체여야 합니다.',
    unknownKey: '"{key}"라는 설정은 없습니다.',
    value: '"{key}"의 값을 사용할 수 없습니다.',
  },
  'shell/sign-in': {
    title: '{registry} 로그인',
    username: '사용자 이름',
    password: '비밀번호 또는 토큰',
    refused: '레지스트리가 이 사용자 이름과 비밀번호를 받아들이지 않았습니다.',
    note: '레지스트리나 토큰 서버에만 전송되며, 이 페이지가 열려 있는 동안만 보관됩니다.',
    signIn: '로그인',
    cancel: '취소',
  },
  'shell/problem': { details: '레지스트리의 응답', again: '다시 시도' },
  'shell/copy': { copy: '복사', copied: '복사했습니다' },
}
